using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>What an application's code within a request uses.</summary>
internal static class ServerSide
{
    public static SignInManager<IdentityUser> SignIns(this HttpContext context) => context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>();

    public static async Task<IdentityUser> UserAsync(this HttpContext context, string id) => (await context.Users().FindByIdAsync(id))!;
}
