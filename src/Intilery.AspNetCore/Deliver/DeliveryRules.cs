namespace Intilery.AspNetCore.Deliver;

/// <summary>The rules of the API's table of answers ("Limits and answers"), as one pure function.</summary>
internal static class DeliveryRules
{
    public static DeliveryDecision Decide(DeliveryAnswer answer) => (int?)answer.Status switch
    {
        >= 200 and < 300 when answer.Success == true => DeliveryDecision.Acknowledge,

        // "success: false" is a 400 in disguise.
        >= 200 and < 300 when answer.Success == false => DeliveryDecision.Bisect,

        // Not the API: a proxy's or portal's page. Nothing was accepted.
        >= 200 and < 300 => DeliveryDecision.Pause,
        400 or 422 => DeliveryDecision.Bisect,
        413 => DeliveryDecision.Split,
        408 or 425 or 429 or >= 500 => DeliveryDecision.BackOff,
        null => DeliveryDecision.BackOff,

        // 401, 403, 404, 405, 415, a redirect: sending it again cannot help until somebody mends the set-up.
        _ => DeliveryDecision.Pause,
    };
}
