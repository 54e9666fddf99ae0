// Package middleware puts keys and permissions around http.Handlers. It works
// with any router of net/http's interfaces:
//
//	guard := &middleware.Guard{Keys: store}
//	router.Handle("/builds/", guard.Require(permission.HasBuildAPIKey)(builds))
//	http.ListenAndServe(addr, guard.Authenticate(router))
//
// [Guard.Authenticate] reads the key, [Guard.Require] verifies it and asks the
// permission, and [Guard.CheckObject] asks it again about the object, where that
// is what decides. [WriteError] turns an error into an answer, and is the only
// place that knows statuses.
//
// The attacker is whoever writes the request, and the second adversary is a
// handler that forgot something: a route outside Authenticate, an object that
// nobody checked, and a guard without keys all refuse.
//
// A path with several methods has a permission for each ([Guard.On]), a subrouter
// one for all ([Guard.Protect]), and http.ServeMux a helper on which no route can be
// without one ([Guard.Mux]).
//
// To see who may do what, list the routes with [Routes] or [Mux.Routes], and let
// [Guard.CheckRoutes] fail where one was forgotten.
package middleware
