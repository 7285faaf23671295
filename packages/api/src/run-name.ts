// A name for a run that people can say and remember, made of its id alone: the same run has the same name everywhere.

const adjectives =
  "amber ancient autumn bold brave bright brisk calm clear clever cool crisp curious daring dusty eager early fair fleet frosty gentle giddy golden grand happy hidden honest humble jolly keen kind late lively lucky mellow merry misty modest nimble noble patient plain polite proud quick quiet rapid restless rustic silent silver sleek snowy solid spry steady stout sunny swift tidy vivid warm wise zesty".split(
    " ",
  );
const animals =
  "adder badger bear beaver bison boar carp cat cod crab crane crow deer dove eagle eel elk falcon ferret finch fox frog gecko goat goose hare hawk heron horse ibex jackal jay kite koala lark lion lizard llama lynx marten mole moose moth newt otter owl panda perch pike puffin quail rabbit raven robin salmon seal shrew sparrow stork swan tern tiger toad trout".split(
    " ",
  );

/** For example "brisk-otter-4f2a". @param id a UUID; its last four digits end the name */
export function runName(id: string): string {
  const digits = id.replaceAll("-", "").slice(-12);
  const number = Number.parseInt(digits.slice(0, 8), 16);
  const adjective = adjectives[number % adjectives.length];
  const animal = animals[Math.floor(number / adjectives.length) % animals.length];
  return `${adjective}-${animal}-${digits.slice(-4)}`;
}
