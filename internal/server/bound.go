package server

import "time"

// Bound is the longest that a server may go by what was true before another process
// changed its keys or links. Who changes them beside running servers waits as long
// before it says that the change counts. A much shorter one would make a busy SQLite
// answer 503, since what was read more slowly than the Bound is not believed while
// other keys change.
const Bound = time.Second
