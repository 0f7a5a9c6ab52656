/**
 * Keys and certificates for DNS over TLS: files are read, checked, and read again when they change.
 * Knows the data plane's TLS types, the configuration, and how files are watched; nothing of zones.
 */
@NullMarked
package io.regionbridge.api.tls;

import org.jspecify.annotations.NullMarked;
