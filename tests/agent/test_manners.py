"""What the interviewer may say and what not, in both languages."""

import pytest

from agent.manners import Speech, fault
from prompts import variants
from tools.attempt import Attempt, Turn
from tools.bank import load
from tools.interview import Step

QUESTION = load().get("kubernetes-primitives")
FINE_EN = [
    "Please go ahead whenever you are ready.",
    "Thank you. Let us move on.",
    "Take your time; I am listening.",
    "What is the correct order of steps here?",
    "Is that the right metric for this problem, and why?",
    "Which score would you report to the business?",
    "How would you know that the rollout went wrong?",
    "Can you make it more concrete, with numbers?",
    "Tell me about a failure mode you would expect.",
    "Good luck, and thank you for your time.",
    "Why would the accuracy drop to 50% after deployment?",
    "What would you do if 10 out of 100 pods fail?",
    "That was the last question. Thank you for the conversation.",
    "I'd like you to go one level deeper.",
    "Imagine that the label is wrong for one percent of rows: what happens?",
    "Could you walk me through it step by step?",
    "What trade-offs do you see, and which one matters most?",
    "Let's take the next question.",
    "Alright, please explain it in your own words.",
    "How do you decide that a model is good enough?",
]
FINE_RU = [
    "Пожалуйста, начинайте, когда будете готовы.",
    "Спасибо, идём дальше.",
    "Как бы вы проверили, что решение верно?",
    "Какой порядок шагов правильный и почему?",
    "Какую метрику вы бы назвали бизнесу?",
    "Что может пойти не так при выкатке?",
    "Приведите пример с числами.",
    "Расскажите подробнее про откат.",
    "Это был последний вопрос, спасибо за разговор.",
    "Хорошо, следующий вопрос.",
    "Что вы сделаете, если 10 из 100 подов упадут?",
    "Какие ошибки здесь чаще всего совершают?",
    "Как вы оцените качество модели после релиза?",
    "Я хотел бы услышать про риски.",
    "Отлично понимаю, давайте продолжим.",
    "Удачи на собеседовании!",
]
BAD_EN = [
    "Correct.",
    "Great, what about services?",
    "Spot on!",
    "Almost! What else?",
    "You nailed it.",
    "You left out services. What are they?",
    "I give you seven out of ten.",
    "Your answer deserves a B+.",
    "That's true. What else?",
    "Yes! What else?",
    "Great answer!",
    "That's correct.",
    "You are right about the pods.",
    "Not quite right, but close.",
    "Excellent explanation, thank you.",
    "I'd give it 7 out of 10.",
    "Your score is 8.",
    "You forgot the service.",
    "You missed the labels.",
    "Well done!",
    "Good job, let us move on.",
    "That is wrong.",
    "Perfect.",
    "Your answer was incomplete.",
    "Nice work on the deployment part.",
]
BAD_RU = [
    "Отлично, а что ещё?",
    "Всё верно, а что дальше?",
    "Именно! А что ещё?",
    "Вы правы. А сервисы?",
    "Не совсем так. Что такое узел?",
    "Вы не назвали сервисы. Что это?",
    "Ставлю вам семь из десяти.",
    "К сожалению, нет. Что такое узел?",
    "Неплохой ответ, а что ещё?",
    "Отличный ответ!",
    "Верно, спасибо.",
    "Это неправильно.",
    "Вы забыли про сервис.",
    "Вы упустили метки.",
    "Ставлю 7 из 10.",
    "Оценка: 8.",
    "Молодец!",
    "Прекрасно!",
    "Хороший ответ, но неполный.",
    "Почти правильно.",
    "Ваш ответ неполный.",
]


def judged(words: str, lang: str, step: Step = Step.INTRODUCE, said: tuple[str, ...] = (), answer: str = "") -> str:
    attempt = Attempt(QUESTION, [Turn("candidate", answer)] if answer else [], list(said))
    return fault(Speech(words, step, attempt, lang))  # type: ignore[arg-type]


@pytest.mark.parametrize(("words", "lang"), [*((w, "en") for w in FINE_EN), *((w, "ru") for w in FINE_RU)])
def test_what_an_interviewer_says_is_shown(words: str, lang: str) -> None:
    assert judged(words, lang, Step.FOLLOW_UP, answer="x") in ("", "no_question")


@pytest.mark.parametrize(("words", "lang"), [*((w, "en") for w in BAD_EN), *((w, "ru") for w in BAD_RU)])
def test_a_word_on_quality_is_not(words: str, lang: str) -> None:
    assert judged(words, lang, Step.FOLLOW_UP, answer="x") in ("judges", "announces_score")
    assert judged(f"{words} What else?" if lang == "en" else f"{words} Что ещё?", lang, Step.FAREWELL, answer="x")


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("key", ["greeting", "introduce_question", "next_question", "follow_up", "say_goodbye"])
def test_razbors_own_words_are_well_mannered(key: str, lang: str) -> None:
    for words in variants(key, lang):
        assert judged(words, lang, Step.FOLLOW_UP if key == "follow_up" else Step.INTRODUCE) == ""


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_statement_of_the_answer_is_not_given_away(lang: str) -> None:
    wording = QUESTION.wording(lang)  # type: ignore[arg-type]
    for statement in (wording.short_answer, *wording.key_points):
        if len(statement.split()) > 7:
            assert judged(statement, lang) == "tells_answer", statement
    assert judged(f"{wording.key_points[2]}", lang, answer=wording.key_points[2]) != "tells_answer"


@pytest.mark.parametrize(
    ("words", "lang", "name"),
    [
        ("I would use a deployment for that.", "en", "plays_candidate"),
        ("I'm ready to explain how it works.", "en", "plays_candidate"),
        ("Could you please rephrase the question?", "en", "plays_candidate"),
        ("Я бы взял для этого deployment.", "ru", "plays_candidate"),
        ("Расскажите, пожалуйста, как это устроено.", "en", "wrong_language"),
        ("Please tell me how you would do that.", "ru", "wrong_language"),
        ("word " * 200, "en", "too_long"),
        ("Thank you, that's all for today. Goodbye!", "en", "ends_early"),
        ("Спасибо, на сегодня всё. До свидания!", "ru", "ends_early"),
        ("Let me ask something else: what is gradient descent and when does momentum help?", "en", "asks_other"),
    ],
)
def test_other_faults_have_names(words: str, lang: str, name: str) -> None:
    assert judged(words, lang) == name


def test_a_mild_word_before_there_is_an_answer_judges_nothing() -> None:
    assert judged("Great, please begin.", "en") == ""
    assert judged("Great! Please begin.", "en") == "judges"


def test_a_follow_up_is_a_new_question() -> None:
    said = ("What risks do you see?",)
    assert judged("What risks do you see?", "en", Step.FOLLOW_UP, said) == "repeats"
    assert judged("Thank you for that.", "en", Step.FOLLOW_UP, said) == "no_question"
    assert judged("Tell me about the risks.", "en", Step.FOLLOW_UP, said) == ""


def test_a_model_may_ask_every_follow_up_of_the_bank_word_for_word() -> None:
    refused = [
        (question.id, lang, text, found)
        for question in load().questions.values()
        for lang, words in (("en", "It depends on many things."), ("ru", "Это зависит от многого."))
        for text in question.wording("ru" if lang == "ru" else "en").follow_ups
        for attempt in [Attempt(question, [Turn("candidate", words)], introduced=True)]
        if (found := fault(Speech(text, Step.FOLLOW_UP, attempt, lang)))
    ]
    assert refused == []
