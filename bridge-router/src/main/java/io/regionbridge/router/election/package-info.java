/**
 * Who is the active gateway of the local region: the router node that egress policies point at and
 * that alone writes the objects that all share.
 *
 * <h2>What is wanted</h2>
 *
 * A dead holder is replaced within two seconds. An API server that is slow, or away for a minute,
 * changes nothing. Two never act at once. A node that comes back does not get its role back.
 *
 * <p>A plain lease cannot do this: to notice a death within two seconds it must run out within two
 * seconds, and then a slow API server makes it run out as well. So the lease here does not run out
 * by time. It is <em>challenged</em> by somebody who has a reason to.
 *
 * <h2>How</h2>
 *
 * <ol>
 *   <li>Router nodes ask each other for heartbeats, directly, several times a second ({@link
 *       io.regionbridge.router.election.PeerLiveness}). As long as the holder gives them, nobody
 *       touches the lease, whatever the API server does.
 *   <li>A candidate that finds the holder dead writes a challenge into the Lease. A holder that
 *       lives sees it through the API server and answers by writing the Lease once more, which
 *       wipes the challenge: a broken path between two nodes alone changes nothing either.
 *   <li>If the Lease stays as it is, challenge and all, for the <em>window</em>, the candidate
 *       takes it.
 *   <li>A holder acts only with a <em>permit</em>: {@code permit} of time counted from the moment
 *       when it <em>sent</em> a write of the Lease that then succeeded. It asks for one when it has
 *       something to do, which is seldom, so that the Lease is hardly ever written.
 * </ol>
 *
 * <h2>Why two never act at once</h2>
 *
 * Each write of the Lease names the version that it replaces; the API server accepts one of them.
 * Let a candidate take the Lease from version <i>v</i>, which carries a challenge. It first saw
 * <i>v</i> at some time <i>t</i>, and <i>v</i> existed then; it sends its write at {@code t +
 * window} or later.
 *
 * <ul>
 *   <li>A renewal of the old holder that the API server accepts after <i>v</i> replaces <i>v</i>:
 *       the candidate's write fails.
 *   <li>A renewal accepted before <i>v</i> was sent before <i>t</i>, so its permit ends before
 *       {@code t + permit}. The length is written into the Lease with the renewal itself and
 *       carried on into <i>v</i>, and the window is longer by a quarter and {@link
 *       io.regionbridge.router.election.ElectionMachine#MARGIN}, which is far more than clocks that
 *       measure seconds can differ. A holder that sends a renewal with a shorter permit cuts the
 *       one it has to that length first.
 * </ul>
 *
 * So the old permit is over before the new one begins. No clocks are compared between nodes; only
 * lengths of time are. A Lease that is handed over ({@code holderIdentity} empty, no challenge) was
 * written after the holder had stopped acting, and is free at once. One that somebody deleted is
 * made anew in the challenged state, so that it cannot be taken before the window has passed
 * either.
 *
 * <p>What is left is a write of a shared object that was sent within the permit and carried out by
 * the API server after it. Writers therefore name the version of the object that they replace, and
 * a new holder rewrites whatever names the gateway: the late write is refused, or it wrote what the
 * new holder wants as well. A virtual machine that is stopped and resumed without its clock moving
 * is caught by the same rule, not by the permit.
 *
 * <h2>Why nothing changes without need</h2>
 *
 * The role changes only if the holder gives it up, or if within one window it neither gave a sign
 * of life to a candidate nor answered through the API server while that candidate's own writes got
 * through. A slow API server widens both: the holder asks for longer permits, and the candidate
 * adds four times what its own challenge took to the window. A candidate that was itself stopped
 * for a moment forgets what it counted.
 *
 * <h2>A tunnel that is black</h2>
 *
 * A node can be ready, serve DNS and have its overlay up, and still not get a packet to any peer.
 * So each node tells in its heartbeats whether a gateway of a peer answers through its own tunnel
 * ({@link io.regionbridge.router.election.Reach}): the data plane probes them all the time. A node
 * is blind when every gateway is down to it, which takes two probes of several packets each, so
 * that a line that loses every third packet blinds nobody. A blind node counts as unfit as long as
 * another candidate sees, and gives the role up like any other unfit holder, half a second later. A
 * node says that it sees only while answers come in time: if all of a peer's gateways have died,
 * others are in doubt before anybody is blind. If nobody sees, because the whole network is down,
 * nobody would do better and nothing moves. A node that was blind says that it sees only after five
 * seconds without a break ({@link io.regionbridge.router.election.ReachObserver}), so a tunnel that
 * comes and goes moves the role once, and back only if the other tunnel fails.
 *
 * <p>{@link io.regionbridge.router.election.ElectionMachine} is all of the logic, without clocks,
 * threads or input: its test drives several of them through delays, partitions and crashes in
 * virtual time. {@link io.regionbridge.router.election.GatewayElection} is what runs it.
 */
@NullMarked
package io.regionbridge.router.election;

import org.jspecify.annotations.NullMarked;
