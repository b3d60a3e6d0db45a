namespace Intilery.AspNetCore.Delivery;

/// <summary>The rules of the API's table of answers ("Limits and answers"), as one pure function.</summary>
internal static class DeliveryRules
{
    /// <summary>How often in a row a success may be no JSON before delivery pauses.</summary>
    public const int UnreadableTries = 3;

    /// <param name="answer">The answer.</param>
    /// <param name="unreadable">How many successes in a row were no JSON, this one included.</param>
    public static DeliveryDecision Decide(DeliveryAnswer answer, int unreadable) => (int?)answer.Status switch
    {
        >= 200 and < 300 when answer.Body == AnswerBody.Json => DeliveryDecision.Acknowledge,

        // "success: false" is a 400 in disguise.
        >= 200 and < 300 when answer.Body == AnswerBody.Refused => DeliveryDecision.Bisect,

        // Not the API: a proxy's or portal's page. Nothing was accepted; it may pass, or stay until an operator acts.
        >= 200 and < 300 when unreadable < UnreadableTries => DeliveryDecision.BackOff,
        >= 200 and < 300 => DeliveryDecision.Pause,
        400 or 422 => DeliveryDecision.Bisect,
        413 => DeliveryDecision.Split,
        408 or 425 or 429 or >= 500 => DeliveryDecision.BackOff,
        null => DeliveryDecision.BackOff,

        // 401, 403, 404, 405, 415, a redirect: sending it again cannot help until the configuration is corrected.
        _ => DeliveryDecision.Pause,
    };
}

/// <summary>What is to be done after an attempt.</summary>
internal enum DeliveryDecision
{
    /// <summary>Intilery has the calls: remove them.</summary>
    Acknowledge,

    /// <summary>One of the calls is wrong: halve the batch until it is found; alone, it becomes a dead letter.</summary>
    Bisect,

    /// <summary>The request is too large: send it in two.</summary>
    Split,

    /// <summary>The set-up is wrong: wait long, and try again.</summary>
    Pause,

    /// <summary>Trouble that passes: try the same again after a while.</summary>
    BackOff,
}
