/**
 * Two regions on this machine, to see the bridge at work: real bridges, real sockets on loopback, a
 * real client. No root, no Kubernetes, nothing left behind.
 */
@NullMarked
package io.regionbridge.api.demo;

import org.jspecify.annotations.NullMarked;
