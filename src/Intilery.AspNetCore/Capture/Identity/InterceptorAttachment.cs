using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>Attaches the interceptor to every context that the application registers, before or after us, pooled or not.</summary>
/// <typeparam name="TContext">The application's context; the open generic is registered once for all of them.</typeparam>
internal sealed class InterceptorAttachment<TContext>(IdentityChangeInterceptor interceptor) : IDbContextOptionsConfiguration<TContext>
    where TContext : DbContext
{
    public void Configure(IServiceProvider serviceProvider, DbContextOptionsBuilder optionsBuilder)
    {
        ConfiguredContexts.Add();

        // Attached twice, every callback would come twice.
        if (optionsBuilder.Options.FindExtension<CoreOptionsExtension>()?.Interceptors?.Contains(interceptor) != true)
        {
            optionsBuilder.AddInterceptors(interceptor);
        }
    }
}
