/* scratch.h - a folder for temporary files that goes with its owner, however that ends.
 *
 * A process of its own, in a session of its own, makes it and waits on a pipe, whose other
 * end closes with the owner: by scratch_close, or by any signal. Then it removes it. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <sys/types.h>

struct scratch {
    char path[4096];
    pid_t keeper;
    int life; /* the owner's end of the pipe */
};

/* Makes it below $TMPDIR (/tmp). Returns 0 or -errno, with the path that could not be. */
int scratch_open(struct scratch *scratch);

/* Removes it and the files in it; it is gone when this returns. */
void scratch_close(struct scratch *scratch);

#endif
