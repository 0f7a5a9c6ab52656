/**
 * Reports on a running bridge: status, traces, metrics' figures, the query log. Reads both planes
 * and changes neither, except for the query log's tap.
 */
@NullMarked
package io.regionbridge.api.reports;

import org.jspecify.annotations.NullMarked;
