/**
 * What may be wrong with a cluster, a node and what runs there, and how to mend it. Facts are
 * gathered by probes, the only ones here that talk to anybody; checks are pure functions of facts,
 * and each says what to do. Changes nothing.
 */
@NullMarked
package io.regionbridge.router.diagnosis;

import org.jspecify.annotations.NullMarked;
