// Package server is the reference server: a small build API of the shape that
// Read the Docs gives its builders, protected by this module's library and by
// nothing else. It runs on SQLite and on PostgreSQL.
//
// Who may do what stands in three places and nowhere else: routes.go gives each
// route its permission, tables.go says how rows hang from builds, versions and
// projects and which fields a key may write, and a key's own record says the rest.
// A handler finds and changes rows through a queryset and checks nothing, but for
// the four places with authorization of their own, which say why: attachment.go,
// concurrent.go, environment.go and once.go.
//
//	s, err := server.Open(ctx, server.Config{})
//	if err != nil { … }
//	defer s.Close()
//	err = s.Serve(ctx)
package server
