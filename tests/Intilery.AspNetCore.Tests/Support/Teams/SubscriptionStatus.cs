namespace Intilery.AspNetCore.Tests.Support.Teams;

public enum SubscriptionStatus
{
    Trialing,
    Active,
    Cancelled,
}
