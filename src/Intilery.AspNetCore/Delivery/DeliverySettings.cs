namespace Intilery.AspNetCore.Delivery;

/// <summary>Where to deliver, as the options say at this moment.</summary>
internal sealed record DeliverySettings(string Destination, string AuthToken, TimeSpan RequestTimeout)
{
    // A record would print the token.
    public override string ToString() => Destination;
}
