/* forks_kit.h - what the tests of fork and join are made of. */
#ifndef FORKS_KIT_H
#define FORKS_KIT_H

#include "tests/contract/contract.h"

/* What forks tell their test. */
extern struct gate fork_gate;
extern _Atomic int fork_begun, fork_ran, fork_worker, seen_status;
void forks_clear(void);

/* Forks: note that they ran, and on which worker; after the gate. Return `status`. */
int forks_note(void *status);
int forks_pass_gate(void *status);
int forks_nothing(void *arg);

/* For a job with forks open: until so many run elsewhere. Forks are private until
 * somebody asks and the owner comes by, so that it has to fork and join. */
void forks_until_stolen(int count);

/* For who watches. */
void forks_until_begun(void);

#endif
