/* parameterized.h - nothing beyond criterion.h. */
