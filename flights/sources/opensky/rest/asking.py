"""Where questions for flights are asked: kept replies first, then OpenSky, one asker at a time."""

from dataclasses import dataclass

from flights.errors import ArchiveError
from flights.sources.opensky.rest.client import Api
from flights.sources.opensky.rest.read_flights import read_flights
from flights.sources.opensky.rest.reply_cache import FlightsQuestion, Reply, ReplyFiles


@dataclass
class ReplyCache:
    """Answers questions, sending only what is not kept yet."""

    api: Api
    replies: ReplyFiles

    def fetch_reply(self, question: FlightsQuestion) -> Reply:
        """The reply, kept from now on; what is no list of flights is not kept.

        Raises
        ------
        BadPayload
            It is not what OpenSky promises; the message says where.
        ArchiveError
            The cache cannot be written.
        CredentialsMissing, CredentialsRejected, RateLimited, SourceUnavailable, InvalidInput
            As `Api.get`.
        """
        try:
            with self.replies.hold(question):
                return self.replies.find(question) or self._ask(question)
        except OSError as error:
            raise ArchiveError(
                f"{self.replies.folder} cannot be written ({error.strerror}). "
                "Set FLIGHTS_CACHE to a folder that can be."
            ) from error

    def _ask(self, question: FlightsQuestion) -> Reply:
        asked_at = self.replies.clock()
        answer = self.api.get(
            question.path, question.params, bucket="flights", credits=question.credits
        )
        if answer.status == 200:
            read_flights(answer.body, str(question))
        reply = Reply(question, answer.status, answer.body, asked_at)
        self.replies.keep(reply)
        return reply
