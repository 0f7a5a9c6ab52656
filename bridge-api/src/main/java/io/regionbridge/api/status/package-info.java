/**
 * What a running bridge says of itself, as plain values: the same for the HTTP interface, the
 * status page and the command line, which decodes what the interface encoded. Knows Jackson's
 * annotations and nothing of how the bridge works.
 */
@NullMarked
package io.regionbridge.api.status;

import org.jspecify.annotations.NullMarked;
