/**
 * The command line: what each command of {@code region-bridge} takes and prints. Thin; the work is
 * done elsewhere.
 *
 * <p>A new command implements {@link io.regionbridge.api.cli.Command}, gets its {@link
 * io.regionbridge.api.cli.Terminal} and whatever else it needs by its constructor, returns an
 * {@link io.regionbridge.api.cli.ExitCode}, throws {@link io.regionbridge.api.cli.CommandFailure}
 * for what a user has to know, and is listed in {@link io.regionbridge.api.cli.Main#commands}.
 *
 * <p>The few options are read by own code. Picocli was measured: its class files are of Java 5,
 * which no AOT cache takes, and cost 200 ms of CPU at each start where all the rest is 110 ms.
 */
@NullMarked
package io.regionbridge.api.cli;

import org.jspecify.annotations.NullMarked;
