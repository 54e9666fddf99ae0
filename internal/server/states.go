package server

import (
	"fmt"
	"slices"
)

// states are those of a build, in the only order in which it may move. The last
// two are final.
var states = []string{"triggered", "cloning", "installing", "building", "uploading", "finished", "cancelled"}

func isFinal(state any) bool { return state == "finished" || state == "cancelled" }

// accepts refuses, with a 409, every change of a build that is final, and a step
// back, which only a reset makes.
func (b build) accepts(in input) error {
	if isFinal(b.State) {
		return conflict("final", "the build is "+b.State+" and accepts no change")
	}
	next, given := in["state"].(string)
	if given && slices.Index(states, next) < slices.Index(states, b.State) {
		return conflict("step_back", fmt.Sprintf("the build is %s and cannot go back to %s: only a reset goes back", b.State, next))
	}
	return nil
}
