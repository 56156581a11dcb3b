# A wait inside a job sleeps, instead of -EDEADLK.
/^static int mine_wait/,/^}/ { /inside == pool/,+1d }
