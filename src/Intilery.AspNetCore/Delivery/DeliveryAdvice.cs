using System.Globalization;
using System.Net;
using Intilery.AspNetCore.Commands;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Advice for an operator whose delivery is paused or fails.</summary>
internal static class DeliveryAdvice
{
    private const string Keys = "Intilery:ClientId, Intilery:AccountId, Intilery:BrandId";

    /// <param name="pause">The pause.</param>
    /// <param name="waiting">A phrase with what waits.</param>
    public static string For(DeliveryPause pause, string waiting) => $"Delivery is paused since {At(pause.Since)} and {waiting}: " + pause switch
    {
        { IsForRejections: true } =>
            $"Intilery rejects every event ({pause.Answer.Outcome}). Check {Keys} with Intilery's support.",
        { Answer.Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            $"Intilery rejects the credentials ({pause.Answer.Outcome}). Check Intilery:AuthToken against {Keys}.",
        _ =>
            $"what answers is not the tracking API ({pause.Answer.Outcome}). Check Intilery:BaseAddress, {Keys}, and any proxy.",
    } + " Delivery continues by itself once that is corrected.";

    /// <param name="trouble">What keeps delivery.</param>
    /// <param name="waiting">A phrase with what waits.</param>
    public static string For(DeliveryTrouble trouble, string waiting) =>
        (trouble.Answer.Status is null ? "Intilery has not been reached since " : "Intilery has accepted nothing since ")
        + $"{At(trouble.Since)} and {waiting} ({trouble.Answer.Outcome.TrimEnd('.')}). {SampleAdvice.For(trouble.Answer, trouble.Settings)} Delivery is tried again by itself.";

    public static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
