/**
 * What the operator wants: the configuration file and the environment, read into validated values.
 *
 * <p>{@link io.regionbridge.api.config.ConfigReader} is pure: text in, {@link
 * io.regionbridge.api.config.BridgeConfig} or every problem at once out. {@link
 * io.regionbridge.api.config.ConfigFile} and {@link io.regionbridge.api.config.ConfigWatcher} are
 * its edge to the file system. Uses Jackson's YAML and the values and the file watcher of the
 * router module; knows nothing of DNS messages, Kubernetes or sockets that are open.
 */
@NullMarked
package io.regionbridge.api.config;

import org.jspecify.annotations.NullMarked;
