using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Carries the browser's id to a login provider and back, in the authentication properties, which data protection protects: a
/// provider that answers with a cross-site form post sends none of the site's cookies.
/// </summary>
internal sealed class CarriedAnonymousId(string id)
{
    public const string Item = "intilery.anonymous_id";

    public static string? Of(HttpContext context) => context.Features.Get<CarriedAnonymousId>()?.Id;

    public static void Put(AuthenticationProperties properties, string anonymousId) => properties.Items[Item] = anonymousId;

    /// <summary>Stores the returned id for the request. Returns whether there is one.</summary>
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
