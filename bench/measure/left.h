/* left.h - what this process has of threads and descriptors, and what a pool left of them. */
#ifndef LEFT_H
#define LEFT_H

struct left {
    int threads, descriptors;
};

/* How many there are now. A thread that the C library has for itself (SIGEV_THREAD) is nobody's. */
struct left left_count(void);

/* How many more there are than before; 0 where there are fewer. Waits for threads that are joined and still
 * seen, for some 200 ms at most. */
struct left left_since(struct left before);

#endif
