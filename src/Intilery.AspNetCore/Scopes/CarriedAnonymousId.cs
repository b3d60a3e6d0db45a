using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The browser's id on its way to a login provider and back, in the properties that the application's own data protection seals:
/// a provider that answers by a form of its own brings none of the site's cookies along.
/// </summary>
internal sealed class CarriedAnonymousId(string id)
{
    public const string Item = "intilery.anonymous_id";

    public static string? Of(HttpContext context) => context.Features.Get<CarriedAnonymousId>()?.Id;

    public static void Put(AuthenticationProperties properties, string anonymousId) => properties.Items[Item] = anonymousId;

    /// <summary>Remembers, for the request, what has come back. Returns whether anything has.</summary>
    public static bool Find(HttpContext context, AuthenticationProperties? properties)
    {
        if (properties is null || !properties.Items.TryGetValue(Item, out var value) || AnonymousIdCookie.Parse(value) is not { } anonymousId)
        {
            return false;
        }

        context.Features.Set(new CarriedAnonymousId(anonymousId));
        return true;
    }

    public static bool IsIn(AuthenticationProperties properties) => properties.Items.ContainsKey(Item);

    public static void Remove(AuthenticationProperties properties) => properties.Items.Remove(Item);

    private string Id { get; } = id;
}
