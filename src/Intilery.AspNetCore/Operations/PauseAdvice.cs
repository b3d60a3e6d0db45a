using System.Net;
using Intilery.AspNetCore.Deliver;

namespace Intilery.AspNetCore.Operations;

/// <summary>What somebody can do about a pause.</summary>
internal static class PauseAdvice
{
    private const string Keys = "Intilery:ClientId, Intilery:AccountId, Intilery:BrandId";

    public static string For(DeliveryPause pause) => "Delivery is paused and events wait: " + pause switch
    {
        { IsForRejections: true } =>
            $"Intilery rejects whatever it is sent ({pause.Answer.Outcome}). Check {Keys} with Intilery's support.",
        { Answer.Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            $"Intilery rejects the credentials ({pause.Answer.Outcome}). Check Intilery:AuthToken against {Keys}.",
        _ =>
            $"what answers is not the tracking API ({pause.Answer.Outcome}). Check Intilery:BaseAddress, {Keys}, and proxies on the way.",
    } + " Delivery goes on by itself once that is mended.";
}
