/* fuzz.h - what each file of tests/fuzz defines: one reader, and any bytes for it.
 *
 * clang's libFuzzer calls it with inputs that it makes up (`make fuzz`), replay.c with
 * those of corpus/ (`make test`). A target ends the process where the reader broke its
 * word: that is the finding. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Any bytes. Returns 0. The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
