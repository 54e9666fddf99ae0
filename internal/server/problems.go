package server

import (
	"errors"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// invalid is a 400 that names what is wrong, field by field.
func invalid(problems ...middleware.FieldProblem) error {
	return &middleware.Problem{
		Status: http.StatusBadRequest,
		Code:   "invalid",
		Detail: "the request is not as it should be: see errors",
		Errors: problems,
	}
}

func invalidField(name, detail string) error {
	return invalid(middleware.FieldProblem{Field: name, Detail: detail})
}

// conflict is a 409: well-formed, and against the state of things.
func conflict(code, detail string) error {
	return &middleware.Problem{Status: http.StatusConflict, Code: code, Detail: detail}
}

// gone is a 410: it was there, and never will be again.
func gone(code, detail string) error {
	return &middleware.Problem{Status: http.StatusGone, Code: code, Detail: detail}
}

// forbiddenField is a 403 that names a field.
func forbiddenField(name, detail string) error {
	return &middleware.Problem{
		Status: http.StatusForbidden,
		Code:   permission.CodePermissionDenied,
		Detail: name + " " + detail,
		Errors: []middleware.FieldProblem{{Field: name, Detail: detail}},
	}
}

// taken makes a 409 of a row whose slug is there already.
func taken(err error) error {
	if dialect.UniqueViolation(err) {
		return conflict("taken", "the slug is taken: choose another")
	}
	return err
}

// trouble marks an error of the database that means it could not answer, so that
// the caller is told to try again.
func trouble(err error) error {
	if dialect.Unavailable(err) {
		return errors.Join(apikey.ErrUnavailable, err)
	}
	return err
}
