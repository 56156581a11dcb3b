/* refuse.h - what a command says on stderr: one line, whatever is in the names that it holds. */
#ifndef REFUSE_H
#define REFUSE_H

/* Prints "poolbench: ..." and ends the line. Control characters, which could begin a line of their own or steer a
 * terminal, become "?", as does what is no UTF-8; what is longer than 8 KiB is cut. */
__attribute__((format(printf, 1, 2))) void say_line(const char *format, ...);

/* The same; returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int refuse(const char *format, ...);

#endif
