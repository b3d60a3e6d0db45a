using System.Globalization;
using System.Net;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Outbox;

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

/// <summary>Advice for an operator whose outbox cannot be written or read.</summary>
internal static class StoreAdvice
{
    public static string For(IOutboxStore store, StoreFault? fault) => $"The outbox cannot be written: {store.Description}. " + fault switch
    {
        StoreFault.Unreachable => "Its disk or database cannot be reached: check that it is available to this machine.",
        StoreFault.Busy => "It is locked by others: check what locks it, and for how long.",
        StoreFault.Full => "It is full: check its disk, and Intilery:Outbox:MaxBytes.",
        StoreFault.Denied => "The application may not write it: check its permissions, and whether it is read-only.",
        StoreFault.MissingTables => "Its tables are missing.",
        _ => "The log has the reason.",
    } + " Events wait in memory until it can be.";
}
