/* streams.h - stdin, stdout and stderr of a program that anybody may have started. */
#ifndef STREAMS_H
#define STREAMS_H

/* First thing in main: descriptors 0 to 2 that are closed are opened, on /dev/null and
 * the wrong way round, so that no file of ours gets their numbers, and using them fails
 * as it did. Limits on a file's size become errors of write, not a signal; the end of a
 * child is to be asked for, even where our parent ignores that of its own. */
void streams_open(void);

/* Last thing: what was printed went out, else says so. What plug-ins print when they are
 * unloaded goes to stderr. Returns the exit status: `status`, or EXIT_UNWRITTEN where it was good and
 * stdout was not. */
int streams_close(int status);

#endif
