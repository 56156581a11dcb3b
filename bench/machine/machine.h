/* machine.h - what this machine is and how this program was built, as JSON for
 * the result and as text for people. Fields: results/README.md. */
#ifndef MACHINE_H
#define MACHINE_H

#include <jansson.h>
#include <stdio.h>

/* Owner of the returned objects: the caller. */
json_t *machine_json(void);
json_t *machine_build_json(void);

/* "2 cores, 1 package, L3 shared by 2 (Intel ..., KVM guest)" Returns text. */
const char *machine_text(char *text, size_t size);

/* The lines of --version. */
void machine_version(FILE *out);

/* From version.c, which the Makefile compiles with the values. */
extern const char machine_release[]; /* "0.4.0", as in CHANGELOG.md */
extern const char machine_revision[], machine_flags[];

#endif
