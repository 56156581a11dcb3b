/* read_limits.h - what a document from anybody may hold at most. */
#ifndef READ_LIMITS_H
#define READ_LIMITS_H

enum {
    READ_CONFIGURATIONS_MAX = 100000,
    READ_TRIALS_MAX = 20000, /* of a configuration */
    READ_WORKERS_MAX = 1024, /* and producers */
    READ_NAME_MAX = 31,      /* letters of a pool's name */
    READ_SPEC_MAX = 255,
    READ_TEXT_MAX = 1 << 17,  /* letters of any text: as many as a word of a command line can have */
    READ_CPUS_MAX = 1 << 16,  /* of a machine */
    READ_BYTES_MAX = 1 << 30, /* of the file */
};

#endif
