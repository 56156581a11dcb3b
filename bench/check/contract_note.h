/* contract_note.h - what a test of `poolbench check --contract` tells its judge, in memory
 * that both have: the test as descriptor 3. A pool may write over it: the judge believes
 * the state only where it is marked, and reads the texts as far as there is room. */
#ifndef CONTRACT_NOTE_H
#define CONTRACT_NOTE_H

#include <stdatomic.h>
#include <stdint.h>

enum contract_state { CONTRACT_RUNS, CONTRACT_KEPT, CONTRACT_BROKEN, CONTRACT_NOT_ASKED };
struct contract_note {
    _Atomic uint32_t state; /* of enum contract_state, and CONTRACT_MARK */
    _Atomic uint32_t turn;  /* of `doing`: odd while it lasts; the test's first thread writes it */
    _Atomic uint32_t ask;   /* a futex: the judge wants to know what else may wake a thread */
    _Atomic int waker;      /* of enum waker: the answer */
    _Atomic int inspector;  /* the thread that answers, no other; 0: not there yet */
    uint32_t awaits;        /* it waits for a state, and changes none meanwhile; else it is in a call */
    char doing[160];
    char text[1024]; /* what was broken, or why it is not asked */
};
enum { CONTRACT_MARK = 0x5afec000, CONTRACT_STATES = 0xff };

#endif
