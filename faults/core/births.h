/* births.h - the birth gate: pthread_create and C11's thrd_create are interposed in this
 * program, so that threads of a pool can be held before their first instruction. It needs
 * no change to the pool, and works on pools from shared objects too. Threads that somebody
 * makes by clone itself, and those that the C library starts for itself, are born
 * elsewhere: they are neither held nor known. */
#ifndef BIRTHS_H
#define BIRTHS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "faults/core/record.h"

/* Whether this thread is in the code of this file: what it calls there is none of the pool's. */
extern __thread bool births_busy;

/* From now on new threads are held at birth; they go on together. */
void births_gate_down(void);
void births_gate_up(void);

/* How many have been held, and how many still are. Their creator may have returned before
 * they came so far. */
uint32_t births_held(void);
uint32_t births_waiting(void);

/* The record that says from now on which threads were born here (record_knows). */
void births_register(struct record *record);

/* From now on the k-th creation (1 is the next) fails with EAGAIN, once or, with `on`, as
 * all later ones; k 0: none does. That is our own doing, and not kept (births_report). */
void births_fail(uint32_t k, bool on);

/* How many have failed so since births_fail. */
uint32_t births_failed(void);

/* From now on new threads are that nice (setpriority(2)); they cannot be less so again. */
void births_nice(int nice);

/* How many threads are between the first and the last instruction of their main function. */
uint32_t births_alive(void);

/* Their ids; returns how many, at most `most`. */
int births_living(pid_t *threads, int most);

/* Where it is kept (record_refuse) from now on that a thread could not be started. */
void births_report(_Atomic int *refused);

/* pthread_create as it is: neither held nor kept. Returns its answer. */
int births_free(pthread_t *thread, void *(*main)(void *), void *arg);

/* A thread of the client, which the gate lets pass. Ends the process if there is none. */
void births_of_client(pthread_t *thread, void *(*main)(void *), void *arg);

#endif
