/* sibling.h - the other programs of this one's: poolbench-check, -explore, -page, which lie beside it. */
#ifndef SIBLING_H
#define SIBLING_H

/* Becomes the one of that ending ("-check"). Returns only if it cannot, having said why on stderr: an exit status. */
int sibling_become(const char *ending, char **argv);

/* Runs it to its end, in some minutes at most; what it prints goes to stderr. argv[0] is replaced by its path.
 * Returns its exit status; having said why, EXIT_CANNOT where it could not be started or came to no end of its own. */
int sibling_run(const char *ending, char **argv);

#endif
