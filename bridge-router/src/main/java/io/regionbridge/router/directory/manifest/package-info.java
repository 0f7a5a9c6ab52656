/**
 * The directory from files of Kubernetes manifests, for a region bridge that runs without an API
 * server: {@link io.regionbridge.router.directory.manifest.ManifestReader} turns one file into
 * facts and problems, {@link io.regionbridge.router.directory.manifest.ManifestDirectory} keeps a
 * directory of several files up to date while they change.
 *
 * <p>Uses {@code router.directory}, {@code router.file}, {@code router.net}, and of Jackson the
 * streaming parsers alone: data binding would cost more at start than all the rest.
 */
@NullMarked
package io.regionbridge.router.directory.manifest;

import org.jspecify.annotations.NullMarked;
