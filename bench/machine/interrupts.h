/* interrupts.h - SIGINT, SIGHUP and SIGTERM: what a terminal, a closed one, and timeout
 * or CI send. All commands that end in an orderly way take them here. */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

/* Has them call `handler`, which is told the number, and interrupt waiting calls (EINTR).
 * But not those that whoever started this program wants ignored: nohup, a shell's
 * background jobs. Threads: the first. */
void interrupts_take(void (*handler)(int));

/* From here on those that were taken end the program again. */
void interrupts_leave(void);

#endif
