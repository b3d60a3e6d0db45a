namespace Intilery.AspNetCore.Delivery;

/// <summary>That Intilery is not reached, or takes nothing, and what is sent is tried again.</summary>
/// <param name="Since">When the first of the attempts failed that have failed in a row.</param>
/// <param name="Answer">What the last of them had for an answer, if any.</param>
/// <param name="Settings">Where they went.</param>
internal sealed record DeliveryTrouble(DateTimeOffset Since, DeliveryAnswer Answer, DeliverySettings Settings);
