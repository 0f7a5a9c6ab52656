/**
 * The directory of the local region: its Services and the endpoints behind them, as names and
 * addresses.
 *
 * <p>Facts come in by key from whatever source ({@link
 * io.regionbridge.router.directory.ServiceFacts}, {@link
 * io.regionbridge.router.directory.EndpointSliceFacts}), are joined in a {@link
 * io.regionbridge.router.directory.DirectoryIndex}, which one thread owns, and go out as an
 * immutable {@link io.regionbridge.router.directory.Directory}. Two snapshots share what did not
 * change, and tell what did. All else here is pure.
 *
 * <p>Knows no file, no API server and no DNS message. Uses {@code router.net} and {@code
 * router.settings} only.
 */
@NullMarked
package io.regionbridge.router.directory;

import org.jspecify.annotations.NullMarked;
