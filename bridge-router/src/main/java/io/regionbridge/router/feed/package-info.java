/**
 * The directory feed: how a region gives its directory to its peers, and how a peer's directory is
 * followed.
 *
 * <p>One side: a {@link io.regionbridge.router.feed.FeedLog} holds the directory as peers get it
 * and which Services changed in each generation; a {@link io.regionbridge.router.feed.FeedCursor}
 * walks it for one reader, by the {@link io.regionbridge.router.feed.FeedEncoder}; a {@link
 * io.regionbridge.router.feed.FeedServer} owns both. The other side: {@link
 * io.regionbridge.router.feed.FeedFollowers} is the thread that reads one gateway of each peer. A
 * {@link io.regionbridge.router.feed.FeedConnection} has the request and the response, and a {@link
 * io.regionbridge.router.feed.FeedFollower} makes a {@link
 * io.regionbridge.router.feed.FollowerState.Replica} of it by the {@link
 * io.regionbridge.router.feed.FeedDecoder}.
 *
 * <p>The format is one JSON object to a line. Each has one field, which says what the line is:
 *
 * <ul>
 *   <li>{@code start}, once and first: the version of the format, the region, its domain, the time
 *       to live of its names, and whether all Services follow or changes since the position that
 *       the reader asked for
 *   <li>{@code service}: a Service that is new or different, whole
 *   <li>{@code removed}: the key of one that is gone
 *   <li>{@code current}: the position up to which everything has been said; repeated as a heartbeat
 * </ul>
 *
 * <p>Lines of other kinds and fields that are not known are ignored: the version changes only with
 * what an older reader would misunderstand.
 */
@NullMarked
package io.regionbridge.router.feed;

import org.jspecify.annotations.NullMarked;
