/**
 * Keeps the cluster's CoreDNS forwarding the regions' domains to the bridge: finds out which way
 * the distribution takes extra server blocks, plans the write, and carries it out only if the
 * content differs. Nothing but our own key, block or object is ever changed.
 *
 * <p>CoreDNS looks for changes about every half minute and can miss two in quick succession, so a
 * write without need is not harmless.
 */
@NullMarked
package io.regionbridge.router.coredns;

import org.jspecify.annotations.NullMarked;
