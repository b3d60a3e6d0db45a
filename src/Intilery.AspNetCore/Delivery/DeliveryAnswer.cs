using System.Globalization;
using System.Net;

namespace Intilery.AspNetCore.Delivery;

/// <summary>What came back from an attempt, or did not.</summary>
/// <param name="Status">The status; <see langword="null"/> when there was no answer.</param>
/// <param name="Body">What the answer's body means.</param>
/// <param name="Message">The body's <c>message</c>, or the fault, bounded and cleaned.</param>
/// <param name="RetryAfter">How long the server asked to wait.</param>
internal sealed record DeliveryAnswer(HttpStatusCode? Status, AnswerBody Body, string? Message, TimeSpan? RetryAfter)
{
    /// <summary>The fault of an answer that did not come in time.</summary>
    public const string Timeout = "timeout";

    /// <summary>Gets what kind of fault kept the answer away, for metrics; <see langword="null"/> when there was an answer.</summary>
    public string? Fault { get; init; }

    /// <summary>Gets the time at the server, if the answer has one.</summary>
    public DateTimeOffset? ServerTime { get; init; }

    /// <summary>Gets the answer for a log: no header and no body of ours is in it.</summary>
    public string Outcome => (int?)Status switch
    {
        null => Message ?? "no answer",
        >= 200 and < 300 and var status when Body == AnswerBody.NotJson => $"{status} without JSON",
        { } status => $"{status} {Message}".TrimEnd(),
    };

    /// <summary>Gets the metrics' <c>error.type</c>; <see langword="null"/> for a success.</summary>
    public string? ErrorType => (int?)Status switch
    {
        null => Fault ?? "_OTHER",
        >= 200 and < 300 when Body == AnswerBody.Refused => "refused",
        >= 200 and < 300 when Body == AnswerBody.NotJson => "not_json",
        >= 200 and < 300 => null,
        { } status => status.ToString(CultureInfo.InvariantCulture),
    };

    public static DeliveryAnswer None(string fault, string message) => new(null, AnswerBody.NotJson, message, null) { Fault = fault };
}

/// <summary>What an answer's body means, whatever its status.</summary>
internal enum AnswerBody
{
    /// <summary>It is no JSON: a proxy's or portal's page, nothing, or more than an answer of the API can be.</summary>
    NotJson,

    /// <summary>It is JSON without <c>success: false</c>.</summary>
    Json,

    /// <summary>It is JSON with <c>success: false</c>.</summary>
    Refused,
}
