package keyview

import (
	"encoding/json"
	"strconv"

	"github.com/buildkey/buildkey/apikey"
)

// ID is the id of a project, version or build: an integer in JSON, null for "". One
// that another program made otherwise stays text.
type ID apikey.ID

// MarshalJSON writes the integer.
func (id ID) MarshalJSON() ([]byte, error) {
	if id == "" {
		return []byte("null"), nil
	}
	if n, err := strconv.ParseInt(string(id), 10, 64); err == nil && strconv.FormatInt(n, 10) == string(id) {
		return []byte(id), nil
	}
	return json.Marshal(string(id))
}
