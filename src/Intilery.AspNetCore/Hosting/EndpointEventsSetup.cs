using Intilery.AspNetCore.Capture.Endpoints;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Lets MVC and Razor Pages put the filter where events are asked for, after all of the application's own conventions.</summary>
internal sealed class EndpointEventsSetup(EndpointEventsConvention convention) : IPostConfigureOptions<MvcOptions>, IPostConfigureOptions<RazorPagesOptions>
{
    public void PostConfigure(string? name, MvcOptions options) => options.Conventions.Add(convention);

    public void PostConfigure(string? name, RazorPagesOptions options) => options.Conventions.Add(convention);
}
