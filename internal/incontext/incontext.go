// Package incontext names what the library's packages leave for each other in a
// request's context, so that one can answer for another without a copy of the
// request for each value.
package incontext

// Key is where a *apikey.Key is.
type Key struct{}

// Everything is where the reason is, a string, for which every row is trusted to
// the caller.
type Everything struct{}

// User is where a permission.User is, nil to hide another.
type User struct{}
