package middleware_test

import (
	"net/http"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// An answer of the application's own, in the same form.
func ExampleProblem() {
	guard := newGuard()
	app := guard.Authenticate(middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return &middleware.Problem{Status: http.StatusConflict, Code: "build_finished", Detail: "the build is finished"}
	}))
	ask(app, "PATCH", "/builds/7/", "")
	// Output:
	// PATCH /builds/7/ 409 {"title":"Conflict","status":409,"detail":"the build is finished","code":"build_finished"}
}

// Each FieldProblem says what is wrong with one field.
func ExampleFieldProblem() {
	guard := newGuard()
	app := guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(middleware.HandlerFunc(
		func(http.ResponseWriter, *http.Request) error {
			return &middleware.Problem{
				Status: http.StatusBadRequest,
				Detail: "the build cannot be changed so",
				Errors: []middleware.FieldProblem{{Field: "state", Detail: "is no state"}},
			}
		})))
	ask(app, "PATCH", "/builds/7/", "bk_example")
	// Output:
	// PATCH /builds/7/ 400 {"title":"Bad Request","status":400,"detail":"the build cannot be changed so","code":"bad_request","errors":[{"field":"state","detail":"is no state"}]}
}
