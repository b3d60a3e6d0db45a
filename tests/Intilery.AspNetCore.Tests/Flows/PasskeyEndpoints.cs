using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The passkey endpoints of the Blazor template, and the two of its pages' handlers that take a credential.</summary>
internal static class PasskeyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/Account/PasskeyCreationOptions", async (HttpContext context, UserManager<IdentityUser> users, SignInManager<IdentityUser> signIns) =>
        {
            var user = (await users.GetUserAsync(context.User))!;
            var entity = new PasskeyUserEntity { Id = user.Id, Name = user.UserName!, DisplayName = user.UserName! };
            return TypedResults.Content(await signIns.MakePasskeyCreationOptionsAsync(entity), "application/json");
        });
        routes.MapPost("/Account/PasskeyRequestOptions", async (UserManager<IdentityUser> users, SignInManager<IdentityUser> signIns, string? username) =>
        {
            var user = string.IsNullOrEmpty(username) ? null : await users.FindByNameAsync(username);
            return TypedResults.Content(await signIns.MakePasskeyRequestOptionsAsync(user), "application/json");
        });
        routes.MapPost("/Account/Manage/Passkeys", async (HttpContext context, UserManager<IdentityUser> users, SignInManager<IdentityUser> signIns) =>
        {
            var attestation = await signIns.PerformPasskeyAttestationAsync(await BodyOfAsync(context));
            Assert.True(attestation.Succeeded, attestation.Failure?.Message);
            await users.AddOrUpdatePasskeyAsync((await users.GetUserAsync(context.User))!, attestation.Passkey);
        });
        routes.MapPost("/Account/Login", async (HttpContext context, SignInManager<IdentityUser> signIns) =>
            (await signIns.PasskeySignInAsync(await BodyOfAsync(context))).ToString());
    }

    private static async Task<string> BodyOfAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync();
    }
}
