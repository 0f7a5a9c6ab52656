/** What the build runs to record the AOT caches (JEP 514). No part of the program. */
@NullMarked
package io.regionbridge.api.training;

import org.jspecify.annotations.NullMarked;
