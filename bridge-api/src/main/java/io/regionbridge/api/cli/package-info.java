/**
 * The command line: what each command of {@code region-bridge} takes and prints. Thin; the work is
 * done elsewhere.
 *
 * <p>A new command implements {@link io.regionbridge.api.cli.Command}, says what it takes in
 * picocli's annotations, gets its {@link io.regionbridge.api.cli.Terminal} and whatever else it
 * needs by its constructor, returns an {@link io.regionbridge.api.cli.ExitCode}, throws {@link
 * io.regionbridge.api.cli.CommandException} for what a user has to know, and is listed in {@link
 * io.regionbridge.api.cli.Commands#of}.
 */
@NullMarked
package io.regionbridge.api.cli;

import org.jspecify.annotations.NullMarked;
