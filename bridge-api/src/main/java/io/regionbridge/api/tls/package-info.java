/**
 * Keys and certificates, for DNS over TLS and for the admin address: files are read, checked, and
 * read again when they change. Knows the data plane's TLS types, the configuration, the HTTP
 * server's values from files, and how files are watched; nothing of zones.
 */
@NullMarked
package io.regionbridge.api.tls;

import org.jspecify.annotations.NullMarked;
