/* calls_io.c - descriptors: what would block waits for somebody else's write. */
#include "bench/explore/calls.h"

void calls_io_begin(void)
{
}

bool calls_io_ready(void)
{
    return false;
}
