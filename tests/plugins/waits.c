/* waits.c - a library whose constructor waits for who loads it, as long as that likes.
 * The loader's lock is held meanwhile. */
void library_gate(void); /* of the program */

__attribute__((constructor)) static void wait_there(void)
{
    library_gate();
}
